declare module 'virtual:icons' {
  /** Where the sprite of icons is. */
  const url: string;
  export default url;
}
declare module 'virtual:messages/en' {
  const text: string;
  export default text;
}
declare module 'virtual:messages/es' {
  const text: string;
  export default text;
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
