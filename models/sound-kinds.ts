/** Kinds of sound, in the order of the network's last outputs; `noise` is everything else. */
export const SOUND_KINDS = ['music', 'speech', 'noise'] as const;
