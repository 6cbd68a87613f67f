// What the pages of all routers have in common.
export const HOME = "/scene.html";
export const OTHER = "/scene/other.html";

/** Asks the user, as a dialog would, whether to lose what was typed. */
export const guard = {
  get isOn() {
    return document.querySelector("#guarded").checked;
  },
  lets() {
    if (!this.isOn) return true;
    document.querySelector("#asked").textContent += "asked ";
    return false;
  },
};
