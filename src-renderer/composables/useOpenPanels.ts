import { ref, type Ref } from 'vue'
import { z } from '../../src-preload/contract/zod'

const copyKey = 'homegrown.run-panels'
const panelNames = z.array(z.string())

function remembered(): string[] {
  try {
    return panelNames.parse(JSON.parse(localStorage.getItem(copyKey) ?? '[]'))
  } catch {
    return []
  }
}

/** Which panels of a run's page are open, in this window and the next time. */
export function useOpenPanels(): { readonly open: Readonly<Ref<string[]>>; readonly set: (names: string[]) => void } {
  const open = ref(remembered())
  return {
    open,
    set: (names) => {
      open.value = names
      localStorage.setItem(copyKey, JSON.stringify(names))
    },
  }
}
