// The page's own small dictionary: Brazilian Portuguese first, English by a switch.

const pt = {
  title: "Celular de teste", skip: "Ir para o celular",
  lead: "Escolha quem você é e escreva para a empresa.",
  talk_to: "Conversar com", add_person: "Adicionar pessoa", pick: "Escolha uma pessoa ao lado para abrir o celular dela.",
  back: "Voltar para a lista de pessoas", info: "Sobre esta pessoa", reconnecting: "Reconectando…",
  off_banner: "Celular desligado: as mensagens da empresa esperam por você.",
  conversation: "Mensagens da conversa", cancel_reply: "Cancelar resposta", discard: "Descartar gravação",
  recording: "Gravando…", send: "Enviar", more: "Mais anexos", message: "Mensagem", send_location: "Enviar localização",
  send_photo: "Enviar foto ou vídeo", record: "Gravar mensagem de voz", sample_photo: "Foto de exemplo",
  sample_voice: "Áudio de exemplo", sample_document: "PDF de exemplo", sample_sticker: "Figurinha",
  my_contact: "Meu contato", document: "Documento", details: "Sobre esta pessoa", close: "Fechar",
  offline: "Celular desligado", offline_hint: "As mensagens da empresa ficam com um tique só.",
  stop: "Parar promoções", stop_hint: "Modelos de marketing deixam de chegar.",
  name: "Nome", phone: "Telefone com DDI e DDD", username: "Nome de usuário (sem telefone visível)",
  add_error: "Informe o nome e um telefone ou um nome de usuário.", cancel: "Cancelar", add: "Adicionar", photo: "Foto",
  today: "Hoje", yesterday: "Ontem", you: "Você", typing: "digitando…", business_account: "Conta comercial",
  notice: "Conversa de teste. Nada do que você escrever aqui chega ao WhatsApp.",
  empty: "Comece a conversa", hello_1: "Oi! Vocês abrem aos sábados?", hello_2: "Quero saber do meu pedido #8842",
  hello_3: "Quanto custa a entrega?", no_chat: "Toque para começar", user_only: "só nome de usuário",
  fact_phone: "Telefone", fact_wa: "wa_id", fact_user: "Nome de usuário", fact_bsuid: "BSUID", copied: "Copiado",
  copy: "Copiar", react: "Reagir", reply: "Responder", fresh_one: "1 nova", fresh_many: "{n} novas",
  s_sent: "Enviada", s_delivered: "Entregue", s_read: "Lida", s_accepted: "Enviando", s_played: "Ouvida",
  not_sent: "Não deu para enviar. Verifique se o simulador está rodando e tente de novo.",
  no_mic: "Sem acesso ao microfone: enviamos um áudio de exemplo.", deleted: "Esta mensagem foi apagada",
  open_list: "Ver opções", theme_dark: "Usar tema escuro", theme_light: "Usar tema claro",
  language: "Switch to English", media_gone: "Mídia indisponível", voice: "Mensagem de voz", play: "Ouvir", pause: "Pausar",
  place: "Localização", place_name: "Avenida Paulista, 1578", place_address: "Bela Vista, São Paulo",
  give_location: "Enviar localização", give_contact: "Compartilhar contato", link_stays: "No celular de verdade, o link abriria agora.",
  copied_code: "Código copiado.", unread: "{n} não lidas", off: "desligado", open_photo: "Ampliar foto",
  k_image: "Foto", k_video: "Vídeo", k_audio: "Mensagem de voz", k_document: "Documento", k_sticker: "Figurinha",
  cards: "Cartões", k_location: "Localização", k_contacts: "Contato", k_template: "Mensagem", k_interactive: "Mensagem", k_order: "Pedido",
  copy_pix: "Copiar código Pix", pay: "Paguei", paid: "Pagamento avisado à empresa.",
  form_field: "Campo", form_answer: "Resposta", form_more: "Mais um campo", form_send: "Enviar formulário",
  form_hint: "As telas do formulário ficam na Meta. Preencha aqui o que ele devolveria.",
  unsupported: "Este tipo de mensagem não aparece no celular de teste.", attachments: "Anexos",
};

const en = {
  title: "Test phone", skip: "Skip to the phone", lead: "Choose who you are and write to the business.",
  talk_to: "Talk to", add_person: "Add person", pick: "Choose a person on the left to open their phone.",
  back: "Back to the list of people", info: "About this person", reconnecting: "Reconnecting…",
  off_banner: "Phone is off: the business's messages wait for you.",
  conversation: "Conversation messages", cancel_reply: "Cancel reply", discard: "Discard recording",
  recording: "Recording…", send: "Send", more: "More attachments", message: "Message", send_location: "Send location",
  send_photo: "Send photo or video", record: "Record voice message", sample_photo: "Sample photo",
  sample_voice: "Sample voice note", sample_document: "Sample PDF", sample_sticker: "Sticker",
  my_contact: "My contact", document: "Document", details: "About this person", close: "Close",
  offline: "Phone off", offline_hint: "The business's messages stay at one tick.",
  stop: "Stop promotions", stop_hint: "Marketing templates no longer arrive.",
  name: "Name", phone: "Phone with country code", username: "Username (no visible phone)",
  add_error: "Give a name and a phone or a username.", cancel: "Cancel", add: "Add", photo: "Photo",
  today: "Today", yesterday: "Yesterday", you: "You", typing: "typing…", business_account: "Business account",
  notice: "Test conversation. Nothing you write here reaches WhatsApp.",
  empty: "Start the conversation", hello_1: "Hi! Are you open on Saturdays?", hello_2: "Where is my order #8842?",
  hello_3: "How much is delivery?", no_chat: "Tap to start", user_only: "username only",
  fact_phone: "Phone", fact_wa: "wa_id", fact_user: "Username", fact_bsuid: "BSUID", copied: "Copied",
  copy: "Copy", react: "React", reply: "Reply", fresh_one: "1 new", fresh_many: "{n} new",
  s_sent: "Sent", s_delivered: "Delivered", s_read: "Read", s_accepted: "Sending", s_played: "Played",
  not_sent: "Could not send. Check that the simulator is running and try again.",
  no_mic: "No microphone: a sample voice note was sent.", deleted: "This message was deleted",
  open_list: "See options", theme_dark: "Use dark theme", theme_light: "Use light theme",
  language: "Mudar para português", media_gone: "Media unavailable", voice: "Voice message", play: "Play", pause: "Pause",
  place: "Location", place_name: "1578 Paulista Avenue", place_address: "Bela Vista, São Paulo",
  give_location: "Send location", give_contact: "Share contact", link_stays: "On a real phone the link would open now.",
  copied_code: "Code copied.", unread: "{n} unread", off: "off", open_photo: "Enlarge photo",
  k_image: "Photo", k_video: "Video", k_audio: "Voice message", k_document: "Document", k_sticker: "Sticker",
  cards: "Cards", k_location: "Location", k_contacts: "Contact", k_template: "Message", k_interactive: "Message", k_order: "Order",
  copy_pix: "Copy Pix code", pay: "I paid", paid: "The business was told of the payment.",
  form_field: "Field", form_answer: "Answer", form_more: "One more field", form_send: "Send the form",
  form_hint: "The form's screens are at Meta. Fill in what it would give back.",
  unsupported: "The test phone cannot show this type of message.", attachments: "Attachments",
};

const books = { "pt-BR": pt, en };
let language = localStorage.getItem("simulator-language") === "en" ? "en" : "pt-BR";

export const t = (key, values = {}) =>
  (books[language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const currentLanguage = () => language;

export function toggleLanguage() {
  language = language === "en" ? "pt-BR" : "en";
  localStorage.setItem("simulator-language", language);
}

export function translatePage(root = document) {
  document.documentElement.lang = language;
  document.title = t("title");
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
}

const hour = (at) => new Date(at * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

export function dayName(at) {
  const day = new Date(at * 1000).toDateString();
  const now = Date.now();
  if (day === new Date(now).toDateString()) return t("today");
  if (day === new Date(now - 86400000).toDateString()) return t("yesterday");
  return new Date(at * 1000).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" });
}

export const hourOf = hour;
