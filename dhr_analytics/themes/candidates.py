"""What has no theme: texts coded only `other`, grouped by similar wording, as candidates for new themes."""

import pandas as pd

from dhr_analytics.themes.codebook import OTHER

ALIKE = 0.15
MOST = 3000
COLUMNS = ("group", "size", "words", "id", "text")


def candidate_themes(texts: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Group the texts that have no theme by similar wording.

    Parameters
    ----------
    texts
        Columns `id` (or `recommendation_id`) and `text`.
    themes
        Their coding: the same key and `theme`.

    Returns
    -------
    pandas.DataFrame
        One row for each text coded only `other` or not at all: `group` (1 is the largest), `size` of the group, its
        telling `words`, `id` and `text`. Texts that resemble no other stand last, each in a group of its own. Texts
        are alike when the average cosine of their TF-IDF vectors in the group is at least 0.15 (average linkage). Of
        very many, only the first 3,000 are grouped.
    """
    key = "recommendation_id" if "recommendation_id" in texts.columns else "id"
    coded = set(themes.loc[themes["theme"] != OTHER, key])
    left = texts.loc[~texts[key].isin(coded), [key, "text"]].head(MOST).rename(columns={key: "id"})
    left = left.assign(text=left["text"].fillna("").astype(str)).reset_index(drop=True)
    groups, words = _group(left["text"].tolist())
    table = left.assign(group=groups)
    table["size"] = table.groupby("group")["id"].transform("size")
    table = table.sort_values(["size", "group"], ascending=[False, True], kind="stable", ignore_index=True)
    table["words"] = [words[group] for group in table["group"]]
    table["group"] = pd.factorize(table["group"])[0] + 1
    return table[list(COLUMNS)]


def _group(texts: list[str]) -> tuple[list[int], dict[int, str]]:
    """Return each text's group, and for each group the words that set it apart."""
    if len(texts) < 2 or not any(any(sign.isalpha() for sign in text) for text in texts):
        return list(range(len(texts))), dict(enumerate([""] * len(texts)))
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True, token_pattern=r"[^\W\d_]{2,}")
    try:
        x = vectorizer.fit_transform(texts)
    except ValueError:  # nothing but stop words
        return list(range(len(texts))), dict(enumerate([""] * len(texts)))
    distance = np.clip(1 - (x @ x.T).toarray(), 0, 2)
    np.fill_diagonal(distance, 0)
    cluster = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1 - ALIKE, metric="precomputed", linkage="average"
    )
    groups = cluster.fit(distance).labels_
    names = vectorizer.get_feature_names_out()
    words = {}
    for group in sorted(set(groups)):
        weight = np.asarray(x[groups == group].mean(axis=0)).ravel()
        top = np.argsort(-weight, kind="stable")[:5]
        words[int(group)] = ", ".join(names[place] for place in top if weight[place] > 0)
    return [int(group) for group in groups], words
