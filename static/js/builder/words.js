// Texts of the builder, from the page: `w("saved")`.
export const w = (key, value) => (document.getElementById("pt-builder-strings")?.dataset[key] ?? key).replace("%s", value ?? "");
