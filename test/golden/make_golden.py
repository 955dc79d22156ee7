"""Makes the numbers that the golden tests compare with: python make_golden.py (needs torch, transformers, numpy, safetensors), or
with the names of those to make.

For each model: weights, logits, loss and every gradient of one batch; three AdamW steps and a curve of 200, from the
same weights over the batches in the JSON file. In `gpt-answers` only the end of each row counts, of one row less than of
the other: what comes before has the target -1. Weights go by Homegrown's names and lie [in, out], so nn.Linear's are
transposed here. Double-checked against itself: float64 agrees with the float32 that is written (printed at the end).
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

HERE = Path(__file__).parent
LAYERS, HEADS, WIDTH, T, B, V = 2, 2, 16, 8, 2, 23
STEPS = 200
ANSWERS_FROM = [6, 1]
OPTIMIZER = {"learningRate": 1e-3, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "gradClip": 1.0}

MATRIX_LEARNING_RATE = 0.005


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.attn = nn.ModuleDict({"c_attn": nn.Linear(WIDTH, 3 * WIDTH), "c_proj": nn.Linear(WIDTH, WIDTH)})
        self.ln_2 = nn.LayerNorm(WIDTH)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(WIDTH, 4 * WIDTH), "c_proj": nn.Linear(4 * WIDTH, WIDTH)})

    def forward(self, x):
        q, k, v = (
            part.view(B, T, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in self.attn["c_attn"](self.ln_1(x)).split(WIDTH, dim=2)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn["c_proj"](mixed.transpose(1, 2).reshape(B, T, WIDTH))
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(V, WIDTH)
        self.wpe = nn.Embedding(T, WIDTH)
        self.h = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ln_f = nn.LayerNorm(WIDTH)

    def forward(self, x):
        hidden = self.wte(x) + self.wpe(torch.arange(T))
        for block in self.h:
            hidden = block(hidden)
        return self.ln_f(hidden) @ self.wte.weight.T


class Hf(nn.Module):
    """A model of transformers, whose names lose their `model.`; grouped heads, so that no two sizes are alike."""

    def __init__(self, model_class, config_class, **changes):
        super().__init__()
        config = config_class(
            vocab_size=V, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=4, num_key_value_heads=2,
            intermediate_size=32, max_position_embeddings=64, attention_dropout=0.0, use_cache=False,
            attn_implementation="sdpa", **changes,
        )
        self.hf = model_class(config)

    def forward(self, x):
        return self.hf(x).logits


def llama():
    return Hf(LlamaForCausalLM, LlamaConfig, rms_norm_eps=1e-5, rope_theta=10_000.0, tie_word_embeddings=False)


def llama3():
    """As Llama 3.1 and 3.2: rotary positions slowed down, another base, the head tied. At this size every branch is taken."""
    scaling = {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 2.0,
               "original_max_position_embeddings": 16}
    return Hf(LlamaForCausalLM, LlamaConfig, rms_norm_eps=1e-5, rope_theta=500.0, rope_scaling=scaling, tie_word_embeddings=True)


def qwen2():
    return Hf(Qwen2ForCausalLM, Qwen2Config, rms_norm_eps=1e-6, rope_theta=1_000_000.0, tie_word_embeddings=True)


class Muon(torch.optim.Optimizer):
    """Jordan et al. 2024, in the precision of the weights (torch.optim.Muon iterates in bfloat16)."""

    def __init__(self, params, lr, weight_decay):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 0.05)
                x = p.grad.lerp(buffer, 0.95)
                x = x / (x.norm() + 1e-7)
                tall = x.shape[0] > x.shape[1]
                x = x.T if tall else x
                for _ in range(5):
                    gram = x @ x.T
                    x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
                x = x.T if tall else x
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(x, alpha=-group["lr"] * max(1, p.shape[0] / p.shape[1]) ** 0.5)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(V, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, LAYERS, batch_first=True)
        self.lm_head = nn.Linear(WIDTH, V)

    def forward(self, x):
        return self.lm_head(self.lstm(self.wte(x))[0])


def ours(name):
    """(Homegrown's name, whether torch keeps it transposed); None for torch's second LSTM bias, which stays zero."""
    if name.startswith("lstm."):
        kind, layer = name.removeprefix("lstm.").rsplit("_l", 1)
        if kind == "bias_hh":
            return None
        return f"lstm.{layer}.{'bias' if kind == 'bias_ih' else kind}", kind.startswith("weight")
    name = name.removeprefix("hf.").removeprefix("model.")
    linear = any(part in name for part in ("c_attn", "c_proj", "c_fc", "_proj.", "lm_head"))
    return name, linear and name.endswith("weight")


def exported(prefix, tensors):
    out = {}
    for name, tensor in tensors:
        target = ours(name)
        if target is None:
            continue
        array = tensor.detach().numpy()
        out[f"{prefix}/{target[0]}"] = np.array(array.T if target[1] else array, dtype=np.float32, order="C")
    return out


def start(model):
    """Far from the usual small start: every gate, norm and GELU must leave its linear range."""
    random = np.random.default_rng(7)
    for name, p in model.named_parameters():
        if ours(name) is None:
            p.data.zero_()
            p.requires_grad_(False)
            continue
        is_norm = ".ln_" in f".{name}" or "norm" in name
        centre = 1.0 if is_norm and name.endswith("weight") else 0.0
        p.data.copy_(torch.from_numpy(random.normal(centre, 0.3, p.shape)))


def make_batches():
    """Windows of one made-up text with a little grammar, so that there is something to learn."""
    random = np.random.default_rng(11)
    text = [0]
    for _ in range(2000):
        text.append(int((3 * text[-1] + random.integers(0, 4)) % V))
    starts = random.integers(0, len(text) - T - 1, (STEPS, B))
    return [[text[s : s + T + 1] for s in row] for row in starts]


def train(model, batches, dtype, muon, counted_from):
    model = model.to(dtype)
    start(model)
    decayed = [p for p in model.parameters() if p.requires_grad and p.dim() >= 2]
    plain = [p for p in model.parameters() if p.requires_grad and p.dim() < 2]
    hidden = [p for n, p in model.named_parameters() if muon and ".layers." in n and p.dim() == 2]
    decayed = [p for p in decayed if all(p is not h for h in hidden)]
    optimizers = [torch.optim.AdamW(
        [{"params": decayed, "weight_decay": OPTIMIZER["weightDecay"]}, {"params": plain, "weight_decay": 0.0}],
        lr=OPTIMIZER["learningRate"],
        betas=(OPTIMIZER["beta1"], OPTIMIZER["beta2"]),
        eps=OPTIMIZER["epsilon"],
    )]
    if muon:
        optimizers.append(Muon(hidden, MATRIX_LEARNING_RATE, OPTIMIZER["weightDecay"]))
    tensors = exported("weights", model.named_parameters())
    losses, norms = [], []
    for step, batch in enumerate(batches):
        window = torch.tensor(batch)
        logits = model(window[:, :-1])
        targets = window[:, 1:].clone()
        for row, first in enumerate(counted_from):
            targets[row, :first] = -1
        loss = F.cross_entropy(logits.reshape(B * T, V), targets.reshape(-1), ignore_index=-1)
        model.zero_grad(set_to_none=True)
        loss.backward()
        if step == 0:
            tensors["logits"] = logits.detach().reshape(B * T, V).numpy().astype(np.float32)
            tensors |= exported("gradients", [(n, p.grad) for n, p in model.named_parameters() if p.grad is not None])
        losses.append(loss.item())
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), OPTIMIZER["gradClip"]).item())
        for optimizer in optimizers:
            optimizer.step()
        if step == 2:
            tensors |= exported("after3", model.named_parameters())
    return tensors, losses, norms


MODELS = {
    "gpt": ("gpt", Gpt), "lstm": ("lstm", Lstm), "gpt-answers": ("gpt", Gpt),
    "llama": ("llama", llama), "llama3": ("llama", llama3), "qwen2": ("llama", qwen2),
}


def network(model):
    """What a model of transformers is, in the words of Homegrown's LlamaConfig."""
    config = model.hf.config
    rope = config.rope_parameters
    scaling = None
    if rope["rope_type"] == "llama3":
        scaling = {"factor": rope["factor"], "lowFreqFactor": rope["low_freq_factor"],
                   "highFreqFactor": rope["high_freq_factor"], "originalWindow": rope["original_max_position_embeddings"]}
    return {
        "vocabSize": V, "window": config.max_position_embeddings, "nLayer": LAYERS, "nHead": config.num_attention_heads,
        "nKvHead": config.num_key_value_heads, "nEmbd": WIDTH, "headDim": WIDTH // config.num_attention_heads,
        "mlpWidth": config.intermediate_size, "ropeBase": rope["rope_theta"], "ropeScaling": scaling,
        "normEpsilon": config.rms_norm_eps, "tied": config.tie_word_embeddings,
        "qkvBias": isinstance(model.hf, Qwen2ForCausalLM),
    }


def main():
    torch.manual_seed(0)
    batches = make_batches()
    for name in sys.argv[1:] or MODELS:
        kind, model = MODELS[name]
        muon = name == "llama"
        counted_from = ANSWERS_FROM if name == "gpt-answers" else [0] * B
        tensors, losses, norms = train(model(), batches, torch.float32, muon, counted_from)
        exact, exact_losses, _ = train(model(), batches, torch.float64, muon, counted_from)
        worst = max(float(np.abs(tensors[n] - exact[n]).max()) for n in tensors)
        curve = max(abs(a - b) for a, b in zip(losses, exact_losses, strict=True))
        # Together the first two models see both sides of clipping: the GPT is always clipped, the LSTM never.
        if kind != "llama":
            assert (min(norms) > OPTIMIZER["gradClip"]) if kind == "gpt" else (max(norms) < OPTIMIZER["gradClip"])
        assert all(math.isfinite(x) for x in losses)
        save_file(tensors, HERE / f"{name}.safetensors")
        facts = {
            "torch": torch.__version__.split("+")[0],
            "config": {"model": kind, "nLayer": LAYERS, "nHead": HEADS, "nEmbd": WIDTH, "blockSize": T, "batchSize": B},
            "vocabSize": V,
            "optimizer": OPTIMIZER | ({"optimizer": "muon", "matrixLearningRate": MATRIX_LEARNING_RATE} if muon else {}),
            "countedFrom": counted_from,
            "batches": batches,
            "losses": losses,
            "gradNorms": norms,
        }
        if kind == "llama":
            facts |= {"transformers": transformers.__version__, "network": network(model())}
        (HERE / f"{name}.safetensors").chmod(0o644)
        (HERE / f"{name}.json").write_text(json.dumps(facts, separators=(",", ":")) + "\n")
        print(f"{name}: loss {losses[0]:.4f} to {losses[-1]:.4f}, float32 against float64: tensors {worst:.1e}, losses {curve:.1e}")


if __name__ == "__main__":
    main()
