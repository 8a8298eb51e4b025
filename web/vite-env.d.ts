declare module 'virtual:icons' {
  /** Where the sprite of icons is. */
  const url: string;
  export default url;
}
declare module 'virtual:messages/en' {
  const patterns: Record<string, import('@fluent/bundle/esm/ast.js').Pattern>;
  export default patterns;
}
declare module 'virtual:messages/es' {
  const patterns: Record<string, import('@fluent/bundle/esm/ast.js').Pattern>;
  export default patterns;
}
/** Whether this build has the gallery of components. */
declare const __GALLERY__: boolean;

declare module 'virtual:land' {
  const land: {
    scale: [number, number];
    translate: [number, number];
    arcs: [number, number][][];
    rings: number[][];
    borders: number[];
  };
  export default land;
}
