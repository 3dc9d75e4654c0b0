/**
 * Reads and writes the two fields with node-taglib-sharp, in the kind of tag that the file has. Runs in a worker
 * (`worker.ts`), since the library reads and writes synchronously.
 */
import {
  File, Id3v2FrameClassType, Id3v2FrameIdentifiers, Id3v2Settings, Id3v2TextInformationFrame, Id3v2UserTextInformationFrame, TagTypes,
  type Id3v2Tag, type Mpeg4AppleTag, type XiphComment,
} from 'node-taglib-sharp';
import { OWN_FIELD, type Fields } from './fields.js';
import type { TagKind } from './kinds.js';

const GENRE_FRAME = Id3v2FrameIdentifiers.TCON!;
const MEAN = 'com.apple.iTunes';
/** Tags that the library adds to a file that lacks them. */
const ADDED = [TagTypes.Id3v1, TagTypes.Ape, TagTypes.RiffInfo, TagTypes.DivX, TagTypes.MovieId];

// Genres as words, not as numbers of ID3v1.
Id3v2Settings.useNumericGenres = false;

/** @throws Error when the file has no tag that can be read */
export function readFields(path: string, kind: TagKind): Fields {
  const file = File.createFromPath(path);
  try {
    return fieldsOf(file, kind);
  } finally {
    file.dispose();
  }
}

/**
 * Writes both fields to the file itself.
 * @throws Error when it can't be done
 */
export function writeFields(path: string, kind: TagKind, fields: Fields): void {
  const file = File.createFromPath(path);
  try {
    const onDisk = file.tagTypesOnDisk;
    switch (kind) {
      case 'id3': {
        // The library fills a new tag with what other tags of the file say.
        if ((onDisk & TagTypes.Id3v2) === 0) file.removeTags(TagTypes.Id3v2);
        setId3(file.getTag(TagTypes.Id3v2, true) as Id3v2Tag, fields);
        for (const type of ADDED) if ((onDisk & type) === 0) file.removeTags(type);
        break;
      }
      case 'vorbis': {
        const tag = file.getTag(TagTypes.Xiph, true) as XiphComment;
        tag.setFieldAsStrings('GENRE', ...fields.genre);
        tag.setFieldAsStrings(OWN_FIELD, ...(fields.own === undefined ? [] : [fields.own]));
        break;
      }
      case 'mp4': {
        const tag = file.getTag(TagTypes.Apple, true) as Mpeg4AppleTag;
        tag.genres = [...fields.genre];
        tag.setItunesStrings(MEAN, OWN_FIELD, ...(fields.own === undefined ? [] : [fields.own]));
      }
    }
    file.save();
  } finally {
    file.dispose();
  }
}

function fieldsOf(file: File, kind: TagKind): Fields {
  switch (kind) {
    case 'id3': {
      const tag = file.getTag(TagTypes.Id3v2, false) as Id3v2Tag | undefined;
      if (!tag) return { genre: [], own: undefined };
      return { genre: genreFrames(tag).flatMap(({ text }) => text), own: ownFrames(tag)[0]?.text[0] };
    }
    case 'vorbis': {
      const tag = file.getTag(TagTypes.Xiph, false) as XiphComment | undefined;
      return { genre: tag?.getField('GENRE') ?? [], own: tag?.getField(OWN_FIELD)?.[0] };
    }
    case 'mp4': {
      const tag = file.getTag(TagTypes.Apple, false) as Mpeg4AppleTag | undefined;
      return { genre: tag?.genres ?? [], own: tag?.getItunesStrings(MEAN, OWN_FIELD)?.[0] };
    }
  }
}

function setId3(tag: Id3v2Tag, { genre, own }: Fields): void {
  tag.setTextFrame(GENRE_FRAME, ...genre);
  for (const frame of ownFrames(tag)) tag.removeFrame(frame);
  if (own === undefined) return;
  const frame = Id3v2UserTextInformationFrame.fromDescription(OWN_FIELD);
  frame.text = [own];
  tag.addFrame(frame);
}

function genreFrames(tag: Id3v2Tag): Id3v2TextInformationFrame[] {
  return tag.getFramesByIdentifier<Id3v2TextInformationFrame>(Id3v2FrameClassType.TextInformationFrame, GENRE_FRAME);
}

function ownFrames(tag: Id3v2Tag): Id3v2UserTextInformationFrame[] {
  return tag.getFramesByClassType<Id3v2UserTextInformationFrame>(Id3v2FrameClassType.UserTextInformationFrame).filter(({ description }) => description === OWN_FIELD);
}
