"""What PyTorch says token by token, greedily: python make_greedy.py (needs what make_golden.py needs), or with the
names of those to make.

The models of make_golden.py with a window of 64: weights, a prompt of 8 tokens and the 56 likeliest tokens after it, each
from the whole text so far. The smallest lead of a winner over the second is printed: far above float32's rounding.
"""

import json
import sys

import make_golden as golden
import torch
from safetensors.numpy import save_file

WINDOW, LOUDER, PROMPT = 64, 3.0, [3, 9, 4, 12, 0, 1, 5, 17]


@torch.inference_mode()
def main():
    golden.B = 1
    for kind in sys.argv[1:] or [name for name in golden.MODELS if name != "gpt-answers"]:
        _, model_class = golden.MODELS[kind]
        golden.T = WINDOW
        model = model_class()
        golden.start(model)
        for p in model.parameters():
            p.mul_(LOUDER if p.dim() == 2 else 1.0)  # or it says the same word for ever
        ids, leads = list(PROMPT), []
        while len(ids) < WINDOW:
            golden.T = len(ids)
            best = model(torch.tensor([ids]))[0, -1].topk(2)
            ids.append(best.indices[0].item())
            leads.append((best.values[0] - best.values[1]).item())
        save_file(golden.exported("weights", model.named_parameters()), golden.HERE / f"greedy-{kind}.safetensors")
        (golden.HERE / f"greedy-{kind}.safetensors").chmod(0o644)
        facts = {"blockSize": WINDOW, "prompt": PROMPT, "continuation": ids[len(PROMPT) :]}
        (golden.HERE / f"greedy-{kind}.json").write_text(json.dumps(facts, separators=(",", ":")) + "\n")
        print(f"{kind}: {len(set(ids))} different tokens, smallest lead {min(leads):.1e}")


if __name__ == "__main__":
    main()
