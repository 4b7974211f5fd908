//! Upload recordings to pyannoteAI and cielo24.
