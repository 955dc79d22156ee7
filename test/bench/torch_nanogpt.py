"""nanoGPT's recipe for a CPU (config/train_shakespeare_char.py with the README's changes), as its train.py has it.

Arguments: folder with our train.bin and val.bin, seed, steps, evaluation interval. Prints a JSON line for each evaluation:
{step, valLossNats}. The evaluation looks at 240 windows spread evenly over the validation text, the ones that our side looks at.
"""

import json
import math
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from torch_gpt import Gpt

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 4, 4, 128, 64, 12
RATE, LEAST_RATE, WARMUP = 1e-3, 1e-4, 100


HEADER_BYTES, VOCAB_SIZE_AT = 96, 32


def tokens_of(path):
    """Ids and vocabulary size, as src-main/engine/data/token-store.ts writes them."""
    with open(path, "rb") as file:
        header, ids = file.read(HEADER_BYTES), file.read()
    vocab_size = int.from_bytes(header[VOCAB_SIZE_AT : VOCAB_SIZE_AT + 4], "little")
    return torch.from_numpy(np.frombuffer(ids, dtype="<u2").astype(np.int64)), vocab_size


def windows(data, starts):
    x = torch.stack([data[i : i + CONTEXT] for i in starts])
    y = torch.stack([data[i + 1 : i + 1 + CONTEXT] for i in starts])
    return x, y


def rate_at(step, steps):
    if step < WARMUP:
        return RATE * (step + 1) / (WARMUP + 1)
    share = (step - WARMUP) / (steps - WARMUP)
    return LEAST_RATE + 0.5 * (1 + math.cos(math.pi * share)) * (RATE - LEAST_RATE)


def main():
    folder, seed, steps, interval = sys.argv[1], *map(int, sys.argv[2:5])
    torch.manual_seed(seed)
    train, vocab_size = tokens_of(f"{folder}/train.bin")
    val, _ = tokens_of(f"{folder}/val.bin")

    model = Gpt({"nLayer": LAYERS, "nHead": HEADS, "nEmbd": WIDTH, "blockSize": CONTEXT, "vocabSize": vocab_size, "bias": False})
    for block in model.blocks:
        for projection in (block.out, block.down):
            nn.init.normal_(projection.weight, std=0.02 / math.sqrt(2 * LAYERS))
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.99), fused=True)

    def loss_of(x, y):
        return F.cross_entropy(model(x).view(-1, vocab_size), y.view(-1))

    places = 20 * BATCH
    last = len(val) - CONTEXT - 1
    looked_at = [windows(val, [i * last // (places - 1) for i in range(b, b + BATCH)]) for b in range(0, places, BATCH)]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, steps)
        x, y = windows(train, torch.randint(len(train) - CONTEXT, (BATCH,)))
        optimizer.zero_grad(set_to_none=True)
        loss_of(x, y).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if (step + 1) % interval == 0 or step + 1 == steps:
            with torch.no_grad():
                loss = sum(loss_of(x, y).item() for x, y in looked_at) / len(looked_at)
            print(json.dumps({"step": step + 1, "valLossNats": loss}), flush=True)


main()
