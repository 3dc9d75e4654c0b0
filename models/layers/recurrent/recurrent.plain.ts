/** `gru.ts` and `lstm.ts` in plain loops. */
import { ScratchBuffer } from '../../../dsp/scratch-buffer.js';
import { addProduct, sigmoid, type PlainLayer } from '../plain-layer.js';
import type { Gru } from './gru.js';
import type { Lstm } from './lstm.js';

/** Updates the state from the sums of the gates. */
type Update = (fromInput: Float64Array, fromState: Float64Array, state: Float32Array) => void;

export function plainRecurrent(layer: Gru | Lstm, [kernel, recurrentKernel, bias, recurrentBias]: readonly Float32Array[]): PlainLayer {
  const { type, units, keepInput } = layer;
  const gates = (type === 'gru' ? 3 : 4) * units;
  const fromInput = new Float64Array(gates);
  const fromState = new Float64Array(gates);
  const update = type === 'gru' ? gruUpdate(units) : lstmUpdate(units);
  const outputs = new ScratchBuffer();
  return {
    run: (x, columns, state) => {
      const values = x.length / columns;
      const width = units + (keepInput ? values : 0);
      const out = outputs.view(columns * width);
      for (let column = 0; column < columns; column++) {
        const row = x.subarray(column * values, (column + 1) * values);
        fromInput.set(bias!);
        addProduct(row, kernel!, fromInput);
        if (recurrentBias) fromState.set(recurrentBias);
        else fromState.fill(0);
        addProduct(state.subarray(0, units), recurrentKernel!, fromState);
        update(fromInput, fromState, state);
        if (keepInput) out.set(row, column * width);
        out.set(state.subarray(0, units), (column + 1) * width - units);
      }
      return out;
    },
  };
}

/** State: h. */
function gruUpdate(units: number): Update {
  return (fromInput, fromState, h) => {
    for (let unit = 0; unit < units; unit++) {
      const z = sigmoid(fromInput[unit]! + fromState[unit]!);
      const r = sigmoid(fromInput[units + unit]! + fromState[units + unit]!);
      const n = Math.tanh(fromInput[2 * units + unit]! + r * fromState[2 * units + unit]!);
      h[unit] = n + z * (h[unit]! - n);
    }
  };
}

/** State: h, c. */
function lstmUpdate(units: number): Update {
  return (fromInput, fromState, state) => {
    for (let unit = 0; unit < units; unit++) {
      const sum = (gate: number): number => fromInput[gate * units + unit]! + fromState[gate * units + unit]!;
      const c = sigmoid(sum(1) + 1) * state[units + unit]! + sigmoid(sum(0)) * Math.tanh(sum(2));
      state[units + unit] = c;
      state[unit] = sigmoid(sum(3)) * Math.tanh(c);
    }
  };
}
