declare module 'virtual:icons' {
  /** The paths of the icons, in a square of 24, by name. */
  const paths: Record<string, string>;
  export default paths;
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
