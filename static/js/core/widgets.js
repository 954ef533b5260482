// Tabler's own widgets (dropdown, modal, collapse, tab …): only for pages whose markup asks for them.
import "@tabler/core/dist/js/tabler.esm.js";
