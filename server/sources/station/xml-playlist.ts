/**
 * Playlists in XML: ASX of Windows Media (`<ref href="…">`) and XSPF (`<track><location>…`). Real ASX
 * files are no valid XML, so tags are scanned one after the other, in time linear to the length.
 */
import { withoutEntities } from './title.js';

interface Tag {
  /** Lower case, without a namespace; begins with / if it ends an element. */
  readonly name: string;
  readonly attributes: string;
  /** The text after the tag up to the next one. */
  readonly text: string;
}

/** @returns the name of the root element; undefined if the text has none (yet) */
export function rootOf(xml: string): string | undefined {
  return tagsOf(xml).next().value?.name;
}

/** The addresses of an ASX in order, one for each tag (empty if it has none); those of other playlists that it includes are among them. */
export function* asxAddresses(xml: string): Generator<string, void, void> {
  for (const { name, attributes } of tagsOf(xml)) {
    yield name === 'ref' || name === 'entryref' ? attribute(attributes, 'href') : '';
  }
}

/** The same for XSPF. A `location` outside of a track is the playlist's own. */
export function* xspfAddresses(xml: string): Generator<string, void, void> {
  let isInTrack = false;
  for (const { name, text } of tagsOf(xml)) {
    if (name === 'track') isInTrack = true;
    if (name === '/track') isInTrack = false;
    yield name === 'location' && isInTrack ? withoutEntities(text).trim() : '';
  }
}

/** The tags, without declarations and comments. */
function* tagsOf(xml: string): Generator<Tag, void, void> {
  for (let at = xml.indexOf('<'); at >= 0;) {
    if (xml.startsWith('<!--', at)) {
      at = after(xml, '-->', at + 4);
    } else if (xml[at + 1] === '?' || xml[at + 1] === '!') {
      at = after(xml, '>', at);
    } else {
      const end = xml.indexOf('>', at);
      if (end < 0) return;
      const [, name = '', attributes = ''] = /^(\/?[^\s/]+)\s*(.*)$/s.exec(xml.slice(at + 1, end)) ?? [];
      const next = textAfter(xml, end + 1);
      yield { name: name.toLowerCase().replace(/[\w.-]+:/, ''), attributes, text: next.text };
      at = next.at;
    }
  }
}

/** Text up to the next tag, with that of CDATA sections. */
function textAfter(xml: string, from: number): { readonly text: string; readonly at: number } {
  const parts: string[] = [];
  let at = from;
  for (;;) {
    const tag = xml.indexOf('<', at);
    parts.push(xml.slice(at, tag < 0 ? undefined : tag));
    if (tag < 0 || !xml.startsWith('<![CDATA[', tag)) return { text: parts.join(''), at: tag };
    const end = xml.indexOf(']]>', tag);
    parts.push(xml.slice(tag + 9, end < 0 ? undefined : end));
    if (end < 0) return { text: parts.join(''), at: -1 };
    at = end + 3;
  }
}

/** @returns the index of the first tag after `mark`; -1 if there is none */
function after(xml: string, mark: string, from: number): number {
  const end = xml.indexOf(mark, from);
  return end < 0 ? -1 : xml.indexOf('<', end + mark.length);
}

/** The value of an attribute in quotes of either kind, or without; empty if there is none. */
function attribute(attributes: string, name: string): string {
  const [, double, single, bare] = new RegExp(`(?:^|[\\s"'])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes) ?? [];
  return withoutEntities(double ?? single ?? bare ?? '').trim();
}
