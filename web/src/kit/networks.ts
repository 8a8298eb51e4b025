/** Networks as people write them: CIDR (RFC 4632, RFC 4291 §2.3), the bits behind the prefix zero. The server's rule, told before it is asked. */
export const networksFrom = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '');

/** The first that is no network; null where all are. */
export function notNetwork(text: string): string | null {
  return networksFrom(text).find((one) => !isNetwork(one)) ?? null;
}

function isNetwork(text: string): boolean {
  const [, base = '', prefix = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const found = base.includes(':') ? six(base) : four(base);
  if (!found || Number(prefix) > found.width) return false;
  return (found.bits & ((1n << BigInt(found.width - Number(prefix))) - 1n)) === 0n;
}

function four(text: string): { bits: bigint; width: number } | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null;
  return { bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n), width: 32 };
}

function six(text: string): { bits: bigint; width: number } | null {
  // The last two groups may be an IPv4 address.
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text);
  const last = dotted ? four(dotted[2] ?? '') : null;
  if (dotted && !last) return null;
  const plain = last ? `${dotted?.[1]}${(last.bits >> 16n).toString(16)}:${(last.bits & 0xffffn).toString(16)}` : text;
  const halves = plain.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.flat().length;
  if (halves.length > 2 || (halves.length === 2 ? count > 7 : count !== 8)) return null;
  if (!groups.flat().every((group) => /^[\da-f]{1,4}$/i.test(group))) return null;
  const filled = [...(groups[0] ?? []), ...Array<string>(8 - count).fill('0'), ...(groups[1] ?? [])];
  return { bits: filled.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n), width: 128 };
}
