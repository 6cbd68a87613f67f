/** options.theme, as attributes and custom properties that chatkit-frame.css reads. */

const RADII = { pill: "1.25rem", round: "0.9rem", soft: "0.5rem", sharp: "0" };
const DENSITIES = { compact: "0.75", normal: "1", spacious: "1.25" };

/** A theme is a colour scheme or an object; light unless told. */
export function applyTheme(theme) {
  const given = typeof theme === "string" ? { colorScheme: theme } : (theme ?? {});
  const root = document.documentElement;
  root.dataset.theme = given.colorScheme === "dark" ? "dark" : "light";
  const properties = {
    "--radius": RADII[given.radius],
    "--density": DENSITIES[given.density],
    "--accent": given.color?.accent?.primary,
    "--surface": given.color?.surface?.background,
    "--ink": given.color?.surface?.foreground,
    "--font": given.typography?.fontFamily,
    "--size": given.typography?.baseSize && `${given.typography.baseSize}px`,
  };
  for (const [name, value] of Object.entries(properties)) {
    if (value) root.style.setProperty(name, value);
    else root.style.removeProperty(name);
  }
}
