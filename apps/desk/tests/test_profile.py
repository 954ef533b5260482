"""One's own details, password, preferences and picture."""

import io

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.models import Picture, User
from apps.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-Horse-7"


@pytest.fixture
def me(house):
    user = house.agent.user
    user.set_password(PASSWORD)
    user.save()
    return user


def details(user, **changes):
    return {"full_name": user.full_name, "email": user.email, "phone": "", **changes}


def test_name_and_phone(house, me):
    answer = house.client().post(
        house.url("desk:profile"), details(me, full_name=" Ana  Souza ", phone="11 98888-7777")
    )
    assert answer.status_code == 302
    me.refresh_from_db()
    assert (me.full_name, me.phone) == ("Ana Souza", "5511988887777")


@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 302), ("wrong", 422), ("", 422)])
def test_a_new_email_needs_the_password_and_tells_the_old_address(house, me, password, status, mailoutbox, settings):
    changed = details(me, email="Nova@Example.com", password=password)
    assert house.client().post(house.url("desk:profile"), changed).status_code == status
    assert User.objects.filter(email="nova@example.com").exists() == (status == 302)


def test_an_email_that_is_taken_is_refused_at_its_field(house, me):
    UserFactory(email="taken@example.com")
    page = house.client().post(house.url("desk:profile"), details(me, email="taken@example.com", password=PASSWORD))
    assert "email" in page.context["forms"]["details"].errors


@pytest.mark.parametrize("new", ["curta1A", "semmaiuscula1", "SemNumeroAqui"])
def test_password_rules(house, me, new):
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert house.client().post(house.url("desk:password"), fields).status_code == 422


def test_a_new_password_keeps_this_session(house, me):
    browser = house.client()
    fields = {"old_password": PASSWORD, "new_password1": "Outra-Senha-9", "new_password2": "Outra-Senha-9"}
    assert browser.post(house.url("desk:password"), fields).status_code == 302
    assert browser.get(house.url("desk:profile")).status_code == 200


def test_preferences_are_kept_and_reach_the_page(house, me):
    chosen = {"language": "en", "theme": "dark", "plays_sounds": "on"}
    browser = house.client()
    answer = browser.post(house.url("desk:preferences"), chosen)
    assert answer.cookies["theme"].value == "dark"
    page = browser.get(house.url("desk:profile")).content.decode()
    assert 'data-shortcuts="off"' in page
    assert "data-sounds" in page
    browser.post(house.url("desk:shortcuts"), {"wanted": "on"})
    me.refresh_from_db()
    assert me.uses_shortcuts


def picture(size=(900, 400), kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return SimpleUploadedFile("eu.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_picture_is_written_anew_as_a_small_square(house, me):
    browser = house.client()
    browser.post(house.url("desk:picture_upload"), {"picture": picture()})
    answer = house.client("supervisor").get(house.url("desk:picture", membership_id=house.agent.pk))
    assert answer["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (256, 256)
    browser.post(house.url("desk:picture_upload"), {"remove": "1"})
    assert not Picture.objects.exists()


def test_what_is_no_picture_is_refused(house, me):
    fake = SimpleUploadedFile("eu.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")
    house.client().post(house.url("desk:picture_upload"), {"picture": fake})
    assert not Picture.objects.exists()


def test_strangers_see_no_picture(house, me):
    house.client().post(house.url("desk:picture_upload"), {"picture": picture()})
    url = house.url("desk:picture", membership_id=house.agent.pk)
    assert house.client("outsider").get(url).status_code == 404
