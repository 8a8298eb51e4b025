/** How much larger somebody's browser writes than usual: what is placed by numbers grows with the text (WCAG 1.4.4). */
const USUAL_PX = 16;

export const textScale = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_PX || 1;
