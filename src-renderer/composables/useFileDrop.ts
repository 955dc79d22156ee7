import { onMounted, onScopeDispose, ref, type Ref } from 'vue'
import { isWindow } from '../api'
import { allNamed, openDropped, type BroughtFile } from './droppedFiles'

/** Lets files be dropped anywhere in the window; `isOver` while some hover. */
export function useFileDrop(onFiles: (files: BroughtFile[]) => void): { isOver: Readonly<Ref<boolean>> } {
  const isOver = ref(false)
  // Each element that the pointer crosses sends an enter and a leave; only the count tells when it has left for good.
  let depth = 0
  const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

  const handlers = {
    dragenter(event: DragEvent) {
      if (!carriesFiles(event)) return
      event.preventDefault()
      depth++
      isOver.value = true
    },
    dragover(event: DragEvent) {
      if (!carriesFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
    },
    dragleave(event: DragEvent) {
      if (!carriesFiles(event)) return
      depth = Math.max(0, depth - 1)
      isOver.value = depth > 0
    },
    drop(event: DragEvent) {
      if (!carriesFiles(event)) return
      event.preventDefault()
      depth = 0
      isOver.value = false
      if (event.dataTransfer === null) return
      // In the window a folder is a path like any other.
      if (isWindow) onFiles(allNamed(event.dataTransfer.files))
      else void openDropped(event.dataTransfer.items).then(onFiles)
    },
  }

  onMounted(() => {
    for (const [name, handler] of Object.entries(handlers)) window.addEventListener(name, handler as EventListener)
  })
  onScopeDispose(() => {
    for (const [name, handler] of Object.entries(handlers)) window.removeEventListener(name, handler as EventListener)
  })
  return { isOver }
}
