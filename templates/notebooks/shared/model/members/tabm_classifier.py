import math

import numpy as np
import torch
from sklearn.utils.class_weight import compute_sample_weight
from torch.nn.functional import cross_entropy


def member(X, y, seed):
    """TabM: many networks that share their layers (Gorishniy et al., 2025)."""
    torch.set_num_threads(1)  # with more threads, sums change in their last digits
    device = "cuda" if torch.cuda.is_available() else "cpu"
    params = slot("params")
    random = torch.Generator(device).manual_seed(seed)

    low, centre, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
    spread = np.where(high > low, high - low, np.ptp(X, axis=0) / 2)
    spread = np.where(spread > 0, spread, 1)

    def scale(X, dtype):
        """Robust scaling, with outliers smoothly squeezed to less than 3."""
        scaled = (X - centre) / spread
        return torch.tensor(scaled / np.sqrt(1 + (scaled / 3) ** 2), dtype=dtype, device=device)

    def normal(*shape):
        return torch.randn(*shape, generator=random, device=device)

    def uniform(*shape):
        return 2 * torch.rand(*shape, generator=random, device=device) - 1

    n_columns, hidden, n_outputs = X.shape[1], params["hidden_sizes"], params["n_outputs"]
    network = {
        "frequency": 0.1 * normal(n_columns, 16),
        "phase": math.pi * uniform(n_columns, 16),
        "mix": uniform(n_columns, 16, 3) / 4,
        "mix_bias": uniform(n_columns, 3) / 4,
        "sign": uniform(params["n_networks"], 4 * n_columns).sign(),
    }
    sizes = [4 * n_columns, *hidden]
    for layer, (n_in, n_out) in enumerate(zip(sizes, hidden)):
        network[f"weight_{layer}"] = uniform(n_in, n_out) / math.sqrt(n_in)
        network[f"bias_{layer}"] = torch.zeros(n_out, device=device)
    last = uniform(params["n_networks"], hidden[-1], n_outputs)
    network["last_weight"] = last / math.sqrt(hidden[-1])
    network["last_bias"] = torch.zeros(params["n_networks"], n_outputs, device=device)
    for tensor in network.values():
        tensor.requires_grad_()

    def forward(x, network, dropout=0):
        """Each number and three mixtures of its waves (periodic embedding), then the layers."""
        waves = torch.cos(2 * math.pi * x[:, :, None] * network["frequency"] + network["phase"])
        mixed = torch.einsum("rcw,cwm->rcm", waves, network["mix"]) + network["mix_bias"]
        x = torch.cat([x[:, :, None], mixed], dim=2).flatten(1)
        x = x * network["sign"][:, None]  # networks, rows, inputs
        for layer in range(len(hidden)):
            weight, bias = network[f"weight_{layer}"], network[f"bias_{layer}"]
            x = (x @ weight + bias).relu()
            if dropout:
                mask = torch.rand(x.shape, generator=random, device=device) >= dropout
                x = x * mask / (1 - dropout)
        return x @ network["last_weight"] + network["last_bias"][:, None]

    inputs, labels = scale(X, torch.float32), torch.tensor(y, device=device)
    row_weights = compute_sample_weight(slot("class_weight"), y)
    row_weights = torch.tensor(row_weights, dtype=torch.float32, device=device)
    optimiser = torch.optim.AdamW(
        network.values(), lr=params["lr"], weight_decay=params["weight_decay"]
    )
    for _ in range(params["stop_after"]):
        order = torch.randperm(len(X), generator=random, device=device)
        for rows in order.split(params["batch_size"]):
            outputs = forward(inputs[rows], network, params["dropout"])
            k, scores = len(outputs), outputs.flatten(0, 1)
            loss = cross_entropy(scores, labels[rows].repeat(k), reduction="none")
            loss = (loss * row_weights[rows].repeat(k)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    fitted = {name: tensor.detach().double() for name, tensor in network.items()}

    def predict(X):
        with torch.no_grad():
            parts = scale(X, torch.float64).split(1024)
            outputs = torch.cat([forward(part, fitted) for part in parts], dim=1)
        return outputs.softmax(dim=2).mean(dim=0).cpu().numpy()

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
