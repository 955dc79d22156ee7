import type { WireMessage } from '../../../src-preload/contract/wire'
import { answerRequest } from './dispatch'
import type { Port } from './transport'

/** The channel of a child process to its parent, as `process` has it. */
interface Channel {
  send?: (message: WireMessage, callback: (error: Error | null) => void) => boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** Serves the shell over child IPC: WireRequest in, WireMessage out (serialization `advanced`). */
export function serveParent({ dispatch, subscribe }: Port, channel: Channel): void {
  const send = (message: WireMessage): void => {
    // A parent that just went away is noticed by `disconnect`, not by each message.
    channel.send?.(message, () => undefined)
  }
  subscribe((event) => {
    send({ event })
  })
  channel.on('message', (message) => {
    void answerRequest(dispatch, message, 'window').then((answer) => {
      if (answer !== null) send(answer)
    })
  })
}
