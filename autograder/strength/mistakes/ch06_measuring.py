"""Chapter 6: what learners get wrong about measuring and training."""

from __future__ import annotations

from autograder.strength.mistake import Mistake
from autograder.strength.mistakes import (
    ch06_augment,
    ch06_early_stopping,
    ch06_epoch,
    ch06_folds,
    ch06_metrics,
    ch06_penalties,
    ch06_precision,
    ch06_predict,
    ch06_roc_auc,
)

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "train_epoch": ch06_epoch.TRAIN_EPOCH,
    "predict": ch06_predict.PREDICT,
    "accuracy": ch06_metrics.ACCURACY,
    "confusion_matrix": ch06_metrics.CONFUSION_MATRIX,
    "precision_recall_f1": ch06_precision.PRECISION_RECALL_F1,
    "roc_auc": ch06_roc_auc.ROC_AUC,
    "l1_penalty": ch06_penalties.L1_PENALTY,
    "l2_penalty": ch06_penalties.L2_PENALTY,
    "EarlyStopping": ch06_early_stopping.EARLY_STOPPING,
    "augment": ch06_augment.AUGMENT,
    "k_fold": ch06_folds.K_FOLD,
}
