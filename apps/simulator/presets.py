"""What a fresh world holds: three fictional customers and nine approved templates."""

from typing import Any

CUSTOMERS: list[dict[str, Any]] = [
    {"key": "1", "name": "Mariana Costa", "phone": "5511988881234"},
    {"key": "2", "name": "João Pedro Almeida", "phone": "5585998112040"},
    {"key": "3", "name": "Lia Nogueira", "username": "lia.nogueira"},
]


def _card(piece: str) -> dict[str, Any]:
    """One of a carousel: a picture, its price, two buttons."""
    link = {
        "type": "URL",
        "text": "Ver na loja",
        "url": "https://aurora.example/p/{{1}}",
        "example": ["https://aurora.example/p/88"],
    }
    return {
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U="]}},
            {
                "type": "BODY",
                "text": f"{piece} por apenas {{{{1}}}} nesta semana.",
                "example": {"body_text": [["R$ 199"]]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Quero esta"}, link]},
        ]
    }


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
    {
        "name": "lembrete_de_retirada",
        "language": "pt_BR",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [
            {
                "type": "HEADER",
                "format": "TEXT",
                "text": "Pedido {{numero}} à espera",
                "example": {"header_text_named_params": [{"param_name": "numero", "example": "#8842"}]},
            },
            {
                "type": "BODY",
                "text": "Oi, {{nome}}! Seu pedido está separado na loja *{{loja}}* até {{data}}. Traga um documento.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "nome", "example": "Mariana"},
                        {"param_name": "loja", "example": "Paulista"},
                        {"param_name": "data", "example": "sábado, 18h"},
                    ]
                },
            },
        ],
    },
    {
        "name": "rastreio_do_pedido",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [
            {
                "type": "BODY",
                "text": "Seu pedido saiu para entrega, {{1}}. Acompanhe o caminho dele pelo botão abaixo.",
                "example": {"body_text": [["Mariana"]]},
            },
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL",
                        "text": "Rastrear pedido",
                        "url": "https://aurora.example/rastreio/{{1}}",
                        "example": ["https://aurora.example/rastreio/8842"],
                    },
                    {"type": "PHONE_NUMBER", "text": "Ligar para a loja", "phone_number": "+551140020100"},
                ],
            },
        ],
    },
    {
        "name": "colecao_de_verao",
        "language": "pt_BR",
        "category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1hZ2U="]}},
            {
                "type": "BODY",
                "text": "Chegou a coleção de verão, {{1}}! Peças leves, feitas aqui. Quer ver as novidades primeiro?",
                "example": {"body_text": [["Mariana"]]},
            },
            {"type": "FOOTER", "text": "Responda SAIR para não receber ofertas"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Quero ver"}]},
        ],
    },
    {
        "name": "endereco_da_loja",
        "language": "pt_BR",
        "category": "UTILITY",
        "components": [
            {"type": "HEADER", "format": "LOCATION"},
            {"type": "BODY", "text": "Esta é a loja mais perto de você. Abrimos de segunda a sábado, das 9h às 20h."},
        ],
    },
    {
        "name": "vitrine_da_semana",
        "language": "pt_BR",
        "category": "MARKETING",
        "components": [
            {
                "type": "BODY",
                "text": "Oi, {{1}}! Separamos estas peças para você.",
                "example": {"body_text": [["Mariana"]]},
            },
            {"type": "CAROUSEL", "cards": [_card("Vestido Ipê"), _card("Bolsa Areia")]},
        ],
    },
]
