import { isWindow } from '../api'

/** Whether this page is the desktop window (files by path, system dialogs) or a browser tab (uploads). */
export const usePlace = (): { isWindow: boolean } => ({ isWindow })
