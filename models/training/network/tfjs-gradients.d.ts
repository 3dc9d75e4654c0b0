/** Registers the gradients of all TensorFlow.js operations; bundled from @tensorflow/tfjs-core by `npm run build`, as plain Node can't import that file. */
export {};
