// The live inbox: list, thread and composer working together.
import "./audio.js";
import "./compose.js";
import "./suggest.js"; // before the composer: its keys come first
import "./collision.js";
import "./composer.js";
import "./countdown.js";
import "./emoji.js";
import "./head.js";
import "./lightbox.js";
import "./list.js";
import "./notices.js";
import "./panel.js";
import "./placement.js";
import "./shortcuts.js";
import "./thread.js";
import "./title.js";
import "./undo.js";
import "./unsent.js";
