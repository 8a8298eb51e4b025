/** What a Table is made of, and which columns fit. */
export interface Column {
  id: string;
  label: string;
  /** Least width in px; what is left over goes to columns by `grow`. */
  width: number;
  grow?: number;
  /** 1 stays longest; the first column always stays. Columns that do not fit go by this. */
  priority?: number;
  end?: boolean;
  sortable?: boolean;
}

export interface Sort {
  by: string;
  down: boolean;
}

/** "-last" as it stands in an address. */
export const sortFrom = (text: string): Sort => ({ by: text.replace(/^-/, ''), down: text.startsWith('-') });
export const sortText = (sort: Sort): string => (sort.down ? `-${sort.by}` : sort.by);

export function fitting(columns: Column[], width: number): Column[] {
  let shown = columns;
  const needed = (): number => shown.reduce((all, column) => all + column.width, 0);
  while (shown.length > 1 && needed() > width) {
    const last = shown.slice(1).reduce((worst, column) => ((column.priority ?? 5) >= (worst.priority ?? 5) ? column : worst));
    shown = shown.filter((column) => column !== last);
  }
  return shown;
}

export const template = (columns: Column[], scale = 1): string =>
  columns.map((column) => `minmax(${column.width * scale}px, ${column.grow ?? 1}fr)`).join(' ');
