import { ref, watch, type Ref } from 'vue'
import { samplingLimits } from '../../src-preload/contract/limits'
import { sampling as samplingSchema, type Sampling } from '../../src-preload/contract/records/conversations'

const copyKey = 'homegrown.sampling'

export function usualSampling(): Sampling {
  return {
    temperature: samplingLimits.temperature.default,
    topK: samplingLimits.topK.default,
    topP: samplingLimits.topP.default,
    maxTokens: samplingLimits.maxTokens.default,
    seed: null,
    stop: [],
  }
}

function read(): Sampling {
  try {
    const parsed = samplingSchema.safeParse(JSON.parse(localStorage.getItem(copyKey) ?? 'null'))
    return parsed.success ? parsed.data : usualSampling()
  } catch {
    return usualSampling()
  }
}

/** How the model writes, kept on this computer: it belongs to the person, not to a conversation. */
export function useSampling(): { readonly sampling: Ref<Sampling>; readonly reset: () => void } {
  const sampling = ref<Sampling>(read())
  watch(sampling, (next) => {
    localStorage.setItem(copyKey, JSON.stringify(next))
  })
  return {
    sampling,
    reset: () => {
      sampling.value = usualSampling()
    },
  }
}
