"""What went wrong and what to do, one sentence each."""

from django.utils.translation import gettext_lazy as _

BLOCKED = _("This address is not on the public internet, so it cannot be used. Give the server a public address.")
NOT_FOUND = _("No server is known as “%(host)s”. Check the spelling of the host.")
NO_ANSWER = _("Nothing answers at %(host)s, port %(port)s. Check host and port, and that its firewall lets us in.")
TIME_UP = _("The database took longer than 5 seconds. Make the query narrower or add an index.")
SLOW = _("The database ended the query because it took too long. Make it narrower or add an index.")
LOGIN = _("The database refuses user or password. Check both.")
NO_DATABASE = _("The server has no database of this name, or the user may not open it.")
NO_TLS = _("The encrypted connection failed. Check that the server offers TLS and that its certificate is valid.")
FORBIDDEN = _("The database does not let this user read that: %(why)s")
REFUSED = _("The database refused the query: %(why)s")
ANOTHER = _("What answers there is not the database you chose. Check kind and port.")
NO_FILE = _("The file is missing or is not an SQLite database. Upload it again.")
