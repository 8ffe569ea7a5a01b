"""Writes the sets of the benchmark `ranks` as CSV files, and what scikit-learn makes of each: into the folder that is named.

FOLDER/SET-SPLIT/train.csv and test.csv (the target is the last column), and FOLDER/peers.csv: set,split,peer,measure,value.
A set is split 75 to 25 by a seed; small ones three times. Needs python3-sklearn, and downloads nothing.
"""
import os
import sys
import time
import warnings

import numpy as np
from sklearn import datasets as d
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SMALL, SPLITS_OF_SMALL = 2_000, 3


def kept(name):
    data = getattr(d, "load_" + name)()
    return data.data, data.target


def skewed(rows):
    """A positive target of a wide range, as prices are, with inputs of heavy tails."""
    draw = np.random.RandomState(7)
    x = draw.normal(size=(rows, 8))
    y = np.exp(1.2 * x[:, 0] - 0.8 * x[:, 1] + 0.6 * x[:, 2] * x[:, 3] + 0.3 * draw.normal(size=rows) + 3)
    x[:, :4] = np.exp(1.5 * x[:, :4])
    return x, y


def tailed(rows):
    """Three classes that depend on the logarithms of inputs with heavy tails."""
    x, y = d.make_classification(rows, 10, n_informative=6, n_classes=3, class_sep=1.2, random_state=8)
    return np.exp(1.5 * x), y


CLASSES = {
    "iris": lambda: kept("iris"),
    "wine": lambda: kept("wine"),
    "breast-cancer": lambda: kept("breast_cancer"),
    "digits": lambda: kept("digits"),
    "narrow": lambda: d.make_classification(120, 5, n_informative=3, n_redundant=0, flip_y=0.05, random_state=1),
    "wide": lambda: d.make_classification(300, 60, n_informative=8, n_redundant=4, random_state=2),
    "three": lambda: d.make_classification(1_000, 20, n_informative=6, n_classes=3, flip_y=0.05, random_state=3),
    "moons": lambda: d.make_moons(800, noise=0.25, random_state=4),
    "circles": lambda: d.make_circles(400, noise=0.15, factor=0.6, random_state=4),
    "five": lambda: d.make_classification(5_000, 30, n_informative=10, n_classes=5, n_clusters_per_class=2, random_state=5),
    "rings": lambda: d.make_gaussian_quantiles(n_samples=3_000, n_features=8, n_classes=4, random_state=6),
    "rare": lambda: d.make_classification(8_000, 16, n_informative=6, weights=[0.95], flip_y=0.02, random_state=7),
    "hastie": lambda: d.make_hastie_10_2(12_000, random_state=8),
    "large": lambda: d.make_classification(20_000, 24, n_informative=12, n_classes=4, n_clusters_per_class=3, flip_y=0.03, random_state=9),
    "tailed": lambda: tailed(3_000),
}
VALUES = {
    "diabetes": lambda: kept("diabetes"),
    "sparse": lambda: d.make_sparse_uncorrelated(300, random_state=1),
    "linear": lambda: d.make_regression(150, 8, n_informative=5, noise=20, random_state=2),
    "linear-wide": lambda: d.make_regression(1_500, 40, n_informative=15, noise=30, random_state=3),
    "friedman1-small": lambda: d.make_friedman1(500, noise=1, random_state=4),
    "friedman1": lambda: d.make_friedman1(5_000, noise=1, random_state=5),
    "friedman2": lambda: d.make_friedman2(1_000, noise=100, random_state=6),
    "friedman3": lambda: d.make_friedman3(2_500, noise=0.1, random_state=7),
    "friedman1-large": lambda: d.make_friedman1(20_000, n_features=12, noise=1, random_state=8),
    "skewed": lambda: skewed(4_000),
}


def write(path, x, y, classes):
    with open(path, "w") as file:
        print(",".join([f"x{i}" for i in range(x.shape[1])] + ["target"]), file=file)
        for row, target in zip(x, y):
            print(",".join([repr(float(v)) for v in row] + [f"c{int(target)}" if classes else repr(float(target))]), file=file)


def peers(classes):
    if classes:
        return {"mlp": make_pipeline(StandardScaler(), MLPClassifier(random_state=1)),
                "boosting": HistGradientBoostingClassifier(random_state=1)}
    mlp = make_pipeline(StandardScaler(), MLPRegressor(random_state=1))
    return {"mlp": TransformedTargetRegressor(mlp, transformer=StandardScaler()),
            "boosting": HistGradientBoostingRegressor(random_state=1)}


def main(folder):
    warnings.filterwarnings("ignore")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "peers.csv"), "w") as results:
        print("set,split,peer,measure,value", file=results)
        for classes, sets in ((True, CLASSES), (False, VALUES)):
            for name, make in sets.items():
                x, y = make()
                y = np.unique(y, return_inverse=True)[1] if classes else y
                for split in range(1, 1 + (SPLITS_OF_SMALL if len(x) <= SMALL else 1)):
                    parts = train_test_split(x, y, test_size=0.25, random_state=split, stratify=y if classes else None)
                    place = os.path.join(folder, f"{name}-{split}")
                    os.makedirs(place, exist_ok=True)
                    write(os.path.join(place, "train.csv"), parts[0], parts[2], classes)
                    write(os.path.join(place, "test.csv"), parts[1], parts[3], classes)
                    for peer, model in peers(classes).items():
                        began = time.time()
                        model.fit(parts[0], parts[2])
                        measures = {"seconds": time.time() - began}
                        if classes:
                            measures["accuracy"] = accuracy_score(parts[3], model.predict(parts[1]))
                            measures["logloss"] = log_loss(parts[3], model.predict_proba(parts[1]))
                        else:
                            measures["r2"] = r2_score(parts[3], model.predict(parts[1]))
                        for measure, value in measures.items():
                            print(f"{name},{split},{peer},{measure},{value:.6f}", file=results, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
