/** The one function of any-ascii that is used. */
declare module 'any-ascii' {
  /** Transliterates every character to ASCII. */
  export default function anyAscii(text: string): string;
}
