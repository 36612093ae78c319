"""What turns raw codes into TAC, temperature and volts, as a CONFIG record states it."""

from .drivers import ads1115, lmp91000, tmp117, vcnl4040

# The calibration that a tag has before it was given one of its own.
_ID = b"nominal1"
_CELL_ZERO_UV = 500000
_CELL_SPAN_PA_PER_MG_DL = 15000


def config_values(cadence_s, seal_interval_s):
    """Field values of a CONFIG record."""
    return {
        "cadence_s": cadence_s,
        "seal_interval_s": seal_interval_s,
        "calibration_id": _ID,
        "cell_zero_uv": _CELL_ZERO_UV,
        "cell_span_pa_per_mg_dl": _CELL_SPAN_PA_PER_MG_DL,
        "tia_ohm": lmp91000.TIA_OHM,
        "adc_nv_per_code": ads1115.NV_PER_CODE,
        "temp_ndeg_c_per_code": tmp117.NDEG_C_PER_CODE,
        "prox_uv_per_count": vcnl4040.UV_PER_COUNT,
    }
