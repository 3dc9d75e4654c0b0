/** Types for the parts of m3u8-parser that are used; it has none of its own. Missing attributes are undefined. */
declare module 'm3u8-parser' {
  export interface ByteRange {
    readonly length: number;
    readonly offset: number;
  }

  export interface Segment {
    readonly uri: string;
    /** s */
    readonly duration: number;
    readonly byterange?: ByteRange;
    readonly discontinuity?: boolean;
    readonly key?: { readonly method: string; readonly uri: string; readonly iv?: Uint32Array };
    readonly map?: { readonly uri: string; readonly byterange?: ByteRange };
  }

  export interface Variant {
    readonly uri: string;
    /** Undefined for a variant without any. */
    readonly attributes?: {
      readonly BANDWIDTH?: number;
      readonly CODECS?: string;
      readonly AUDIO?: string;
    };
  }

  export interface Rendition {
    readonly default: boolean;
    readonly uri?: string;
  }

  export interface Manifest {
    readonly playlists?: readonly Variant[];
    readonly mediaGroups?: { readonly AUDIO: Readonly<Record<string, Readonly<Record<string, Rendition>>>> };
    readonly segments: readonly Segment[];
    readonly targetDuration?: number;
    readonly mediaSequence?: number;
    readonly endList?: boolean;
    /** Keys of DRM systems. */
    readonly contentProtection?: object;
  }

  export class Parser {
    readonly manifest: Manifest;
    push(text: string): void;
    end(): void;
  }
}
