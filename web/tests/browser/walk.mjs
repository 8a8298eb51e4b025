// What is looked for on every screen, wherever it stands: text that is cut off, targets that are too small to hit.

/**
 * Texts that are cut off with no way to read the rest: more inside than there is room, and no ellipsis, or one without the
 * whole text in a title or a name. Hidden from sight is not cut off.
 */
export const clipped = (page) => page.evaluate(() => {
  const hides = (value) => value === 'hidden' || value === 'clip';
  const unseen = (element) => element.closest('.visually-hidden, [aria-hidden=true] svg, .skip') !== null || getComputedStyle(element).clipPath !== 'none' || element.clientWidth <= 1;
  /** The whole of it for whoever looks or listens: of itself, of what it stands in, of what stands in it. */
  const told = (element, text) => {
    const says = (one) => [one.getAttribute?.('title'), one.getAttribute?.('aria-label')].some((said) => said && said.replace(/\s+/g, ' ').includes(text));
    for (let at = element; at && at !== document.body; at = at.parentElement) if (says(at)) return true;
    return [...element.querySelectorAll('[title], [aria-label]')].some((one) => says(one) && (one.textContent ?? '').replace(/\s+/g, ' ').trim() === text);
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    if (!(element instanceof HTMLElement) || element.offsetParent === null && getComputedStyle(element).position !== 'fixed') continue;
    const style = getComputedStyle(element);
    const text = (element.innerText ?? '').replace(/\s+/g, ' ').trim();
    if (text === '' || unseen(element)) continue;
    const across = hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    const down = hides(style.overflowY) && element.scrollHeight > element.clientHeight + 2 && element.clientHeight > 0;
    if (!across && !down) continue;
    // The tip comes with the pointer.
    element.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
    if ((!down || style.webkitLineClamp !== 'none') && style.textOverflow === 'ellipsis' && told(element, text)) continue;
    // A picture with marks is looked into; nothing flows there.
    if (element.matches('.map, dialog, .host')) continue;
    found.push(`${element.tagName.toLowerCase()}.${element.className} ${element.scrollWidth}×${element.scrollHeight} in ${element.clientWidth}×${element.clientHeight}: ${text.slice(0, 60)}`);
  }
  return [...new Set(found)];
});

/** Lines that are nearer to each other than their letters are high. */
export const squeezed = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('body *')].flatMap((element) => {
  if (!(element instanceof HTMLElement) || ![...element.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.textContent.trim() !== '')) return [];
  const { lineHeight, fontSize } = getComputedStyle(element);
  return parseFloat(lineHeight) < parseFloat(fontSize) ? [`${element.tagName.toLowerCase()}.${element.className} ${lineHeight} for ${fontSize}`] : [];
}))]);

/**
 * Targets under 24 by 24 px (WCAG 2.5.8). Links in a sentence are let through, and so are small ones with so much room around
 * them that a circle of 24 px meets no other target.
 */
export const small = (page) => page.evaluate(() => {
  const LEAST = 24;
  const TARGETS = 'a[href], button, select, textarea, input:not([type=hidden]), summary, [role=button], [role=menuitem], [role=menuitemradio], [role=tab], [role=switch], [role=slider]';
  const top = document.querySelector('dialog[open]') ?? document.body;
  const all = [...top.querySelectorAll(TARGETS)].flatMap((element) => {
    // What is pressed is the label, where the box itself is not to be seen.
    const seen = element.matches('input') ? (element.closest('label') ?? element) : element;
    const style = getComputedStyle(seen);
    const box = seen.getBoundingClientRect();
    if (box.width === 0 || style.visibility === 'hidden' || element.closest('.skip, .visually-hidden:not(input)') || style.clipPath !== 'none') return [];
    if (element.disabled) return [];
    return [{ element, box, inline: style.display === 'inline' }];
  });
  const tooSmall = ({ box }) => box.width < LEAST - 0.5 || box.height < LEAST - 0.5;
  const centre = ({ box }) => [box.left + box.width / 2, box.top + box.height / 2];
  const apart = (one) => all.every((other) => {
    if (other === one || other.element.contains(one.element) || one.element.contains(other.element)) return true;
    const [x, y] = centre(one);
    if (tooSmall(other)) {
      const [a, b] = centre(other);
      return Math.hypot(a - x, b - y) >= LEAST;
    }
    const across = Math.max(other.box.left - x, 0, x - other.box.right);
    const down = Math.max(other.box.top - y, 0, y - other.box.bottom);
    return Math.hypot(across, down) >= LEAST / 2;
  });
  const inSentence = ({ element, inline }) => inline && (element.parentElement?.innerText ?? '').trim().length > (element.innerText ?? '').trim().length;
  return [...new Set(all.filter((one) => tooSmall(one) && !inSentence(one) && !apart(one))
    .map(({ element, box }) => `${element.tagName.toLowerCase()}.${element.className} ${Math.round(box.width)}×${Math.round(box.height)}: ${(element.getAttribute('aria-label') ?? element.innerText ?? '').slice(0, 40)}`))];
});
