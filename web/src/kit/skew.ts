/**
 * How far the server's clock is ahead of this device's, in ms, from one answer. Its `Date` is to the second, and was written
 * between `sent` and `got`: whatever lies in that span cannot be told from right, so what was known stays. A slow answer says
 * little, and changes nothing.
 */
export function skewed(known: number, date: string | null, sent: number, got: number): number {
  const said = date === null ? NaN : Date.parse(date);
  // Where the device's clock was set between the two, the span is none.
  if (!Number.isFinite(said) || got < sent) return known;
  const [least, greatest] = [said - got, said + 1000 - sent];
  return known >= least && known <= greatest ? known : Math.round((least + greatest) / 2);
}
