/**
 * What an ellipsis cuts off is whole in a tip, once a pointer comes to it: nothing has to be measured before. A tip that
 * somebody wrote stays. Returns how to stop.
 */
export function wholeTips(root: HTMLElement): () => void {
  const ours = new WeakSet<HTMLElement>();
  const come = (event: Event): void => {
    for (let at = event.target instanceof HTMLElement ? event.target : null; at && at !== root; at = at.parentElement) {
      if (at.title !== '' && !ours.has(at)) return;
      if (getComputedStyle(at).textOverflow !== 'ellipsis') continue;
      const cut = at.scrollWidth > at.clientWidth || at.scrollHeight > at.clientHeight + 2;
      if (cut) {
        at.title = at.innerText.replaceAll(/\s+/g, ' ').trim();
        ours.add(at);
      } else if (ours.has(at)) at.removeAttribute('title');
      return;
    }
  };
  root.addEventListener('pointerover', come, { passive: true });
  return () => root.removeEventListener('pointerover', come);
}
