/** How a weight starts. `normal` has the given standard deviation; the rest need no number. */
export type Init =
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }

export interface WeightShape {
  /** The field's name, for example `h.0.attn.c_attn.weight`; also the key in safetensors files. */
  readonly name: string
  /** Matrices are [in, out]; a table [V, D], of which rows are looked up, has it the other way round. */
  readonly shape: readonly number[]
  readonly isTable: boolean
  readonly init: Init
  /** AdamW decays matrices only, never biases and norms (nanoGPT, configure_optimizers). */
  readonly decay: boolean
  /** A matrix between hidden layers, which decays: Muon's, where it is chosen (not embeddings, heads, vectors). */
  readonly hidden: boolean
  /** Matrices side by side in its columns, each of which Muon takes by itself. */
  readonly fused: number
}

/** Numbers in a tensor of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

export const normal = (std: number): Init => ({ kind: 'normal', std })
export const uniform = (bound: number): Init => ({ kind: 'uniform', bound })
export const zeros: Init = { kind: 'zeros' }
export const ones: Init = { kind: 'ones' }

export const table = (name: string, shape: readonly [rows: number, columns: number], init: Init): WeightShape => ({
  name,
  shape,
  isTable: true,
  init,
  decay: true,
  hidden: false,
  fused: 1,
})

/** Between hidden layers. @param fused matrices side by side in it */
export const hiddenMatrix = (
  name: string,
  shape: readonly [rows: number, columns: number],
  init: Init,
  fused = 1,
): WeightShape => ({ name, shape, isTable: false, init, decay: true, hidden: true, fused })

/** To the scores of the vocabulary. */
export const headMatrix = (name: string, shape: readonly [rows: number, columns: number], init: Init): WeightShape => ({
  ...hiddenMatrix(name, shape, init),
  hidden: false,
})

export const vector = (name: string, size: number, init: Init): WeightShape => ({
  name,
  shape: [size],
  isTable: false,
  init,
  decay: false,
  hidden: false,
  fused: 1,
})
