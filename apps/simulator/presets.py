"""What a fresh world holds: three fictional customers and four approved templates."""

from typing import Any

CUSTOMERS: list[dict[str, Any]] = [
    {"key": "1", "name": "Mariana Costa", "phone": "5511988881234"},
    {"key": "2", "name": "João Pedro Almeida", "phone": "5585998112040"},
    {"key": "3", "name": "Lia Nogueira", "username": "lia.nogueira"},
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "name": "hello_world",
        "language": "en_US",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
            {"type": "BODY", "text": "Welcome and congratulations! This message demonstrates a template."},
            {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
        ],
    },
    {
        "name": "pedido_confirmado",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [
            {
                "type": "BODY",
                "text": "Oi, {{1}}! Seu pedido {{2}} foi confirmado e chega até {{3}}. Dúvidas? É só responder.",
                "example": {"body_text": [["Mariana", "#8842", "sexta-feira"]]},
            },
            {"type": "FOOTER", "text": "Loja Aurora"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Falar com atendente"}]},
        ],
    },
    {
        "name": "oferta_da_semana",
        "language": "pt_BR",
        "category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Oferta da semana"},
            {
                "type": "BODY",
                "text": "Oi, {{1}}! Separamos {{2}} de desconto na sua próxima compra. Vale até domingo.",
                "example": {"body_text": [["Mariana", "15%"]]},
            },
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Quero aproveitar"},
                    {"type": "QUICK_REPLY", "text": "Parar promoções"},
                ],
            },
        ],
    },
    {
        "name": "codigo_de_acesso",
        "language": "pt_BR",
        "category": "AUTHENTICATION",
        "components": [
            {"type": "BODY", "text": "{{1}} é o seu código de verificação. Por segurança, não o compartilhe."},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar código"}]},
        ],
    },
]
