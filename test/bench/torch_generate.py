"""PyTorch's side of the generation benchmark: the same GPT with random weights, talking token by token.

Reads JSON lines: first {nLayer, nHead, nEmbd, blockSize, vocabSize, threads}, then {style, prompt, tokens}; answers each
with a JSON line. Styles, both eager float32 with scaled_dot_product_attention and greedy choice:
"cached": as Hugging Face's generate does it, keys and values joined to a cache by torch.cat, one token a pass.
"recomputed": as nanoGPT's generate does it, the whole window anew for every token.
"""

import json
import sys
import time

import torch

from torch_gpt import Gpt


def cached(model, ids, tokens, block_size):
    x, caches = ids, [[] for _ in model.blocks]
    for _ in range(tokens):
        x = torch.argmax(model(x, caches, last=True), dim=-1, keepdim=True)
        yield x.item()


def recomputed(model, ids, tokens, block_size):
    for _ in range(tokens):
        x = torch.argmax(model(ids[:, -block_size:], last=True), dim=-1, keepdim=True)
        ids = torch.cat((ids, x), dim=1)
        yield x.item()


def answer(value):
    print(json.dumps(value), flush=True)


@torch.inference_mode()
def main():
    c = json.loads(sys.stdin.readline())
    torch.set_num_threads(c["threads"])
    torch.manual_seed(1)
    model = Gpt(c).eval()
    answer({"torch": torch.__version__, "parameters": sum(p.numel() for p in model.parameters())})
    for line in sys.stdin:
        question = json.loads(line)
        style = {"cached": cached, "recomputed": recomputed}[question["style"]]
        times, began = [], time.perf_counter()
        for _ in style(model, torch.tensor([question["prompt"]]), question["tokens"], c["blockSize"]):
            now = time.perf_counter()
            times.append((now - began) * 1000)
            began = now
        answer({"tokenMs": times})


if __name__ == "__main__":
    main()
