// What every page needs. Pages with more to do load a module of their own beside this one.
import "./login.js";
import "./panel.js";
import "./theme.js";
import "./toasts.js";
