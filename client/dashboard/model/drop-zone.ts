/** Where files are dropped decides what happens: one half of the page listens to a file, the other analyses it. */

export type DropZone = 'listen' | 'analyse';

/** The halves lie side by side on a page that is wider than high; several files are always analysed. */
export function dropZone({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }, { width, height }: { readonly width: number; readonly height: number }, files: number): DropZone {
  if (files > 1) return 'analyse';
  return (width >= height ? clientX < width / 2 : clientY < height / 2) ? 'listen' : 'analyse';
}
