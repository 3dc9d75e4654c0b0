import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Chroma, CHROMA_SIZE } from '../../../dsp/descriptors/chroma.js';
import { noise, tone } from '../signals.js';
import { columnsOf, N_FFT, SAMPLE_RATE, testAgainstLibrosa } from './columns.js';

function chromaOf(samples: Float32Array): Float32Array {
  const columns = columnsOf(samples);
  const chroma = new Chroma(SAMPLE_RATE, N_FFT);
  const out = new Float32Array(columns.length * CHROMA_SIZE);
  columns.forEach(({ power }, n) => chroma.column(power, out, n * CHROMA_SIZE));
  return out;
}

testAgainstLibrosa('chroma', chromaOf);

test('a note has its pitch class in every octave', () => {
  for (const [hz, pitch] of [[440, 9], [880, 9], [1760, 9], [523.25, 0], [1108.73, 1], [739.99, 6], [987.77, 11]] as const) {
    const chroma = chromaOf(tone(N_FFT, hz, SAMPLE_RATE));
    assert.is(chroma.indexOf(1), pitch, `${hz} Hz: ${chroma}`);
    chroma.forEach((value, other) => assert.ok(other === pitch || value < 0.3, `${hz} Hz, class ${other}: ${value}`));
  }
});

test('chroma is independent of volume, and 0 in silence', () => {
  const samples = noise(N_FFT, 4);
  const chroma = chromaOf(samples);
  assert.equal(chromaOf(samples.map((sample) => sample / 4096)), chroma);
  assert.equal(chromaOf(new Float32Array(N_FFT)), new Float32Array(CHROMA_SIZE));
});

test.run();
