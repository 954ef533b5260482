// Every page's behaviour. What only the inbox needs is a chunk that loads when its elements appear.
import "./core/htmx.js";
import "./core/toasts.js";
import "./core/dialogs.js";
import "./core/menus.js";
import "./core/tabs.js";
import "./core/printing.js";
import "./core/theme.js";
import "./core/times.js";
import "./core/network.js";
import "./core/bell.js";
import "./core/lazy.js";
