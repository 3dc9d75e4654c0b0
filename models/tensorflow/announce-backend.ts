/** Says after an install, in one line, which backend will compute. */
import { startBackend } from './backend.js';

const backend = await startBackend();
console.log(backend === 'native'
  ? 'livegenre: the native TensorFlow backend is used.'
  : 'livegenre: @tensorflow/tfjs-node is not available here (its library could not be downloaded or does not load); the WebAssembly backend is used instead.');
process.exit(0);
