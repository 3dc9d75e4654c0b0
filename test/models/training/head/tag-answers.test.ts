/** Tags by name: which a teacher knows, what counts as having one, and what several teachers say together. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answeredTags, has, modelTag } from '../../../../models/training/head/tag-answers.js';
import { spelledAs, tagsBeside, VOCABULARY } from '../../../../models/training/head/tag-vocabulary.js';
import type { TeacherOutput } from '../../../../models/training/data/teacher.js';

const output = (name: string, names: readonly string[], rows: readonly (readonly number[])[]): TeacherOutput => ({ name, kind: 'tags', size: names.length, names, values: Float32Array.from(rows.flat()) });
const tagged = (name: string) => VOCABULARY.find((tag) => tag.name === name)!;

test('the teachers\' spellings are found, and no others', () => {
  const audioset = ['Happy music', 'Drum kit', 'Drum and bass', 'Drum machine', 'Drum', 'Female singing', 'Bass guitar', 'Guitar'];
  const of = (name: string): string[] => spelledAs(tagged(name), audioset).map((index) => audioset[index]!);
  assert.equal(['happy', 'drums', 'female voice', 'guitar', 'sad'].map(of), [['Happy music'], ['Drum kit', 'Drum'], ['Female singing'], ['Guitar'], []]);
});

test('each spelling means one tag, and each name appears once', () => {
  const spellings = VOCABULARY.flatMap(({ name, spellings: others }) => [name, ...others]);
  for (const spelling of spellings) assert.is(VOCABULARY.filter((tag) => spelledAs(tag, [spelling]).length > 0).length, 1, spelling);
  assert.ok(VOCABULARY.length > 60);
});

test('labels of the model are no tags', () => {
  const names = tagsBeside(['hiphop', 'House', 'rock']).map(({ name }) => name);
  assert.equal(['hip hop', 'house', 'rock', 'hard rock', 'jazz'].map((name) => names.includes(name)), [false, false, false, true, true]);
});

test('of one teacher the likeliest spelling counts, of several the mean of their log odds', () => {
  const outputs = [output('one', ['drum', 'drum kit', 'happy'], [[0.5, 0.9, 0.5], [0.5, 0.1, 0.5]]), output('other', ['Drums'], [[0.1], [0.5]]), output('embedding', [], [])];
  const [happy, drums] = answeredTags({ outputs }, []);
  assert.equal([happy!.name, drums!.name, drums!.from], ['happy', 'drums', ['drum', 'drum kit', 'Drums']]);
  assert.ok(Math.abs(drums!.logOdds[0]!) < 1e-6 && Math.abs(drums!.logOdds[1]!) < 1e-6, 'log odds of 0.9 and 0.1, of 0.5 and 0.5');
});

test('a tag is had by the tenth with the highest answers; a sound only where a teacher answers 0.05', () => {
  const rows = Array.from({ length: 100 }, (_, row) => [row / 1e4, row / 1e4]);
  const [happy, piano] = answeredTags({ outputs: [output('one', ['happy', 'piano'], rows)] }, []);
  assert.equal([modelTag(happy!), modelTag(piano!)].map(({ usual }) => usual), [0.1, 0]);
  assert.ok(has(happy!, 95) && !has(happy!, 85) && !has(piano!, 99));
});

test.run();
