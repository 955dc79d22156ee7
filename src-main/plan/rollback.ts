/** A third, three times at most: a learning rate that 27 times less does not cure is not what is wrong. */
const divisor = 3
const smallest = 1 / 28

/** Of the configured learning rate, once a run has gone off course. */
export const loweredFactor = (factor: number): number => factor / divisor

/** Below it a run that begins with `factor` gives up. One that was resumed although it had given up has three more. */
export const leastFactor = (factor: number): number => (factor < smallest ? factor * smallest : smallest)
