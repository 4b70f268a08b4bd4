"""Photos: decoded safely, upright in sRGB, enhanced where needed, measured."""
