/** Kinds of sound, in the order of the network's last outputs; `noise` is all that is neither of the others. */
export const SOUND_KINDS = ['music', 'speech', 'noise'] as const;
