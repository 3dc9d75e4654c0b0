/** Prints after an install, in one line, which TensorFlow.js backend will be used. */
import { startBackend } from './backend.js';

const backend = await startBackend();
console.log(backend === 'native'
  ? 'livegenre: the native TensorFlow backend is used.'
  : 'livegenre: @tensorflow/tfjs-node is not available (its library could not be downloaded or loaded); the WebAssembly backend is used instead.');
process.exit(0);
