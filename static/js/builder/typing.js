// Whether somebody types where `element` is: then its keys are letters, not commands.
export const isTyping = (element) => Boolean(element?.closest("input, textarea, select, [contenteditable], dialog, pt-code"));
